"""The graph of an ONNX model as a torch module, which tracing follows."""
