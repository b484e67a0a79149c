"""Messages of TensorFlow Serving's configuration that its wheel leaves out.

Fields and numbers as in `session_bundle_config.proto` and
`monitoring_config.proto` of TensorFlow Serving.
"""

from google.protobuf import descriptor_pb2
from google.protobuf import descriptor_pool
from google.protobuf import message_factory
from google.protobuf import wrappers_pb2

FIELD = descriptor_pb2.FieldDescriptorProto
WRAPPERS = "google/protobuf/wrappers.proto"
INT64 = ".google.protobuf.Int64Value"
STRING = ".google.protobuf.StringValue"
MESSAGES = {
    "BatchingParameters": {
        "max_batch_size": (1, INT64),
        "batch_timeout_micros": (2, INT64),
        "max_enqueued_batches": (3, INT64),
        "num_batch_threads": (4, INT64),
        "thread_pool_name": (5, STRING),
        "allowed_batch_sizes": (6, FIELD.TYPE_INT64),
        "pad_variable_length_inputs": (7, FIELD.TYPE_BOOL),
    },
    "PrometheusConfig": {
        "enable": (1, FIELD.TYPE_BOOL),
        "path": (2, FIELD.TYPE_STRING),
    },
    "MonitoringConfig": {
        "prometheus_config": (1, ".published.PrometheusConfig"),
    },
}


def published_message(name):
    """An empty message of a name in `MESSAGES`."""
    pool = descriptor_pool.DescriptorPool()
    pool.AddSerializedFile(wrappers_pb2.DESCRIPTOR.serialized_pb)
    file = descriptor_pb2.FileDescriptorProto(
        name="published.proto",
        package="published",
        syntax="proto3",
        dependency=[WRAPPERS],
    )
    for message_name, fields in MESSAGES.items():
        message = file.message_type.add(name=message_name)
        for field_name, (number, kind) in fields.items():
            field = message.field.add(name=field_name, number=number)
            field.label = FIELD.LABEL_OPTIONAL
            if field_name == "allowed_batch_sizes":
                field.label = FIELD.LABEL_REPEATED
            if isinstance(kind, str):
                field.type, field.type_name = FIELD.TYPE_MESSAGE, kind
            else:
                field.type = kind
    pool.Add(file)
    descriptor = pool.FindMessageTypeByName(f"published.{name}")
    return message_factory.GetMessageClass(descriptor)()
