"""Files of sound: inspection, decoding and waveforms."""
