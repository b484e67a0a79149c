"""Signatures out of the bytes of a `MetaGraphDef`, without TensorFlow.

Protocol buffers are a row of fields, each a number, a kind and a value.
"""

# MetaGraphDef.signature_def, a map; SignatureDef.inputs and .outputs, maps;
# TensorInfo.name and .dtype. An entry of a map is a key, 1, and a value, 2.
SIGNATURES, INPUTS, OUTPUTS, NAME, DTYPE, KEY, VALUE = 5, 1, 2, 1, 2, 1, 2


def read_signature(meta_graph, name):
    """Inputs and outputs of a signature: names to (tensor, type number)."""
    signature = read_map(meta_graph, SIGNATURES)[name]
    return tuple(
        {
            key: (fields[NAME][-1].decode(), fields[DTYPE][-1])
            for key, info in read_map(signature, part).items()
            for fields in [read_fields(info)]
        }
        for part in (INPUTS, OUTPUTS)
    )


def read_map(message, number):
    entries = map(read_fields, read_fields(message).get(number, []))
    return {fields[KEY][-1].decode(): fields[VALUE][-1] for fields in entries}


def read_fields(message):
    """All values of a message by the number of their field."""
    fields, place = {}, 0
    while place < len(message):
        tag, place = read_varint(message, place)
        number, kind = tag >> 3, tag & 7
        if kind == 0:
            value, place = read_varint(message, place)
        else:
            if kind == 2:
                size, place = read_varint(message, place)
            else:
                size = {1: 8, 5: 4}[kind]
            value = message[place : place + size]
            place += size
        fields.setdefault(number, []).append(value)
    return fields


def read_varint(message, place):
    value = shift = 0
    while True:
        byte = message[place]
        value |= (byte & 0x7F) << shift
        place, shift = place + 1, shift + 7
        if byte < 0x80:
            return value, place
