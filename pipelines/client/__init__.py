"""Client of TensorFlow Serving, over REST and gRPC."""
