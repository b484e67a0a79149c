"""The flow: files, clips, tf.data, training, scores, report, export."""
