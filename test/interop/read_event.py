"""Reads one record by its position and decodes it through the registry, as an outsider would: confluent-kafka, fastavro and HTTP.

usage: read_event.py BROKERS REGISTRY TOPIC PARTITION OFFSET; prints one JSON object.
"""
import io
import json
import struct
import sys
from urllib.request import urlopen

from confluent_kafka import Consumer, TopicPartition
from fastavro import parse_schema, schemaless_reader

brokers, registry, topic, partition, offset = sys.argv[1:]
consumer = Consumer({"bootstrap.servers": brokers, "group.id": "interop-python", "enable.auto.commit": False})
consumer.assign([TopicPartition(topic, int(partition), int(offset))])
message = consumer.poll(30)
if message is None or message.error():
    sys.exit(f"no record: {message and message.error()}")
consumer.close()

value = message.value()
magic, schema_id = struct.unpack(">bI", value[:5])
with urlopen(f"{registry}/schemas/ids/{schema_id}") as answer:
    schema = parse_schema(json.loads(json.load(answer)["schema"]))
body = io.BytesIO(value[5:])
data = schemaless_reader(body, schema)
print(
    json.dumps(
        {
            "offset": message.offset(),
            "key": message.key().decode(),
            "headers": {name: text.decode() for name, text in message.headers()},
            "magic": magic,
            "schemaId": schema_id,
            "record": schema["name"],
            "data": data,
            "left": len(body.read()),
        },
        default=lambda moment: moment.isoformat(),
    )
)
