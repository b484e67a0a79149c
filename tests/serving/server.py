"""A stand-in for TensorFlow Serving on loopback, for the tests.

`python -m tests.serving.server MODELS SECONDS` prints its ports as one line
of JSON, and stops when its standard input closes or the seconds are over.
With a folder of `certificate.pem` and `key.pem` and a token behind, it is
TensorFlow Serving behind a gateway: encrypted, and for those who have the
token.
"""

import concurrent.futures
import http.server
import json
import pathlib
import ssl
import sys
import threading

# Neither Keras nor this package: a server has TensorFlow alone.
BLOCKED = ("keras", "tf_keras", "keras_asd", "pipelines", "tuning")
MAX_MESSAGE_BYTES = 2**24


def main(models_folder, seconds, certificates=None, token=None):
    for name in BLOCKED:
        sys.modules[name] = None
    import grpc
    from tensorflow_serving.apis import prediction_service_pb2_grpc

    from tests.serving.faults import Faults
    from tests.serving.grpc_service import PredictionService
    from tests.serving.rest import make_handler
    from tests.serving.served_models import ServedModels

    models, faults = ServedModels(models_folder), Faults()
    rest = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), make_handler(models, faults, token)
    )
    if certificates is not None:
        certificate, key = (
            pathlib.Path(certificates, name)
            for name in ("certificate.pem", "key.pem")
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        rest.socket = context.wrap_socket(rest.socket, server_side=True)
    threading.Thread(target=rest.serve_forever, daemon=True).start()
    service = grpc.server(
        concurrent.futures.ThreadPoolExecutor(2),
        options=[("grpc.max_receive_message_length", MAX_MESSAGE_BYTES)],
    )
    prediction_service_pb2_grpc.add_PredictionServiceServicer_to_server(
        PredictionService(models, faults, token), service
    )
    if certificates is None:
        grpc_port = service.add_insecure_port("127.0.0.1:0")
    else:
        pair = key.read_bytes(), certificate.read_bytes()
        grpc_port = service.add_secure_port(
            "127.0.0.1:0", grpc.ssl_server_credentials([pair])
        )
    service.start()
    ports = {"rest": rest.server_address[1], "grpc": grpc_port}
    print(json.dumps(ports), flush=True)
    closing = threading.Thread(target=sys.stdin.read, daemon=True)
    closing.start()
    closing.join(timeout=seconds)
    rest.shutdown()
    service.stop(grace=None)


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]), *sys.argv[3:])
