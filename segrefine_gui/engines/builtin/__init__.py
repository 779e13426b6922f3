"""The built-in refiner: a small network of our own, run by ONNX Runtime."""
