"""The engines by name, and how the peers load and run the model. Libraries are loaded by whoever needs them: they count as memory."""
import pathlib

GRENS = ["grens", "grens-f32"]
PEERS = ["torch-f32", "torch-bf16", "onnxruntime-f32", "onnxruntime-int8", "openvino-f32", "openvino-bf16", "openvino-int8"]
NAMES = GRENS + PEERS


def load(name, folder, threads):
    """A function from (ids, mask), `[posts, tokens]` int64, to logits."""
    engine, arithmetic = name.split("-")
    return {"torch": torch_model, "onnxruntime": onnx_session, "openvino": openvino_model}[engine](arithmetic, pathlib.Path(folder), threads)


def torch_model(arithmetic, folder, threads):
    import torch
    from transformers import AutoModelForSequenceClassification
    torch.set_num_threads(threads)
    model = AutoModelForSequenceClassification.from_pretrained(folder / "hf").eval()
    if arithmetic == "bf16":
        model = model.to(torch.bfloat16)

    def run(ids, mask):
        with torch.inference_mode():
            return model(input_ids=torch.from_numpy(ids), attention_mask=torch.from_numpy(mask)).logits.float().numpy()
    return run


def onnx_session(arithmetic, folder, threads):
    import onnxruntime
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    file = folder / ("model-int8.onnx" if arithmetic == "int8" else "model.onnx")
    session = onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
    return lambda ids, mask: session.run(None, {"input_ids": ids, "attention_mask": mask})[0]


def openvino_model(arithmetic, folder, threads):
    import openvino
    file = folder / ("openvino-int8.xml" if arithmetic == "int8" else "model.onnx")
    settings = {"INFERENCE_NUM_THREADS": threads, "PERFORMANCE_HINT": "LATENCY"}
    # Without a hint OpenVINO takes bf16 where the processor has it, also beside int8: what a user gets.
    if arithmetic == "f32":
        settings["INFERENCE_PRECISION_HINT"] = "f32"
    request = openvino.Core().compile_model(str(file), "CPU", settings).create_infer_request()
    return lambda ids, mask: request.infer({"input_ids": ids, "attention_mask": mask})[0].copy()
