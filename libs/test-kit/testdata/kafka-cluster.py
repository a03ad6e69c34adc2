"""A Kafka cluster in memory: the one that librdkafka, Confluent's client library, tests itself with.

    kafka-cluster.py BROKERS

Writes the brokers' addresses as a line of JSON, then takes commands as lines of JSON on standard input, [name, argument...],
and answers each with a line: {"ok": true} or {"error": "..."}. Ends with its standard input.
"""
import ctypes
import json
import sys

library = ctypes.CDLL("librdkafka.so.1")
pointer, text, number = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int


def function(name, result, *arguments):
    found = getattr(library, name)
    found.restype, found.argtypes = result, arguments
    return found


new_configuration = function("rd_kafka_conf_new", pointer)
new_client = function("rd_kafka_new", pointer, number, pointer, text, ctypes.c_size_t)
new_cluster = function("rd_kafka_mock_cluster_new", pointer, pointer, number)
bootstraps = function("rd_kafka_mock_cluster_bootstraps", text, pointer)
create_topic = function("rd_kafka_mock_topic_create", number, pointer, text, number, number)
topic_error = function("rd_kafka_mock_topic_set_error", None, pointer, text, number)
set_leader = function("rd_kafka_mock_partition_set_leader", number, pointer, text, ctypes.c_int32, ctypes.c_int32)
set_down = function("rd_kafka_mock_broker_set_down", number, pointer, ctypes.c_int32)
set_up = function("rd_kafka_mock_broker_set_up", number, pointer, ctypes.c_int32)
set_delay = function("rd_kafka_mock_broker_set_rtt", number, pointer, ctypes.c_int32, number)
push_errors = function(
    "rd_kafka_mock_push_request_errors_array", None, pointer, ctypes.c_int16, ctypes.c_size_t, ctypes.POINTER(number)
)

problem = ctypes.create_string_buffer(512)
# It is never asked to connect, and says so once on standard error.
client = new_client(0, new_configuration(), problem, 512)
if not client:
    sys.exit("no client: " + problem.value.decode())
cluster = new_cluster(client, int(sys.argv[1]))

commands = {
    "topic": lambda name, partitions: create_topic(cluster, name.encode(), partitions, 1),
    "topic_error": lambda name, code: topic_error(cluster, name.encode(), code),
    "leader": lambda name, partition, broker: set_leader(cluster, name.encode(), partition, broker),
    "down": lambda broker: set_down(cluster, broker),
    "up": lambda broker: set_up(cluster, broker),
    "delay": lambda broker, milliseconds: set_delay(cluster, broker, milliseconds),
    "errors": lambda api, codes: push_errors(cluster, api, len(codes), (number * len(codes))(*codes)),
}

print(json.dumps({"brokers": bootstraps(cluster).decode().split(",")}), flush=True)
for line in sys.stdin:
    name, *arguments = json.loads(line)
    result = commands[name](*arguments)
    print(json.dumps({"error": f"{name} failed with {result}"} if result else {"ok": True}), flush=True)
