"""Consumes notifications with oslo.messaging, as the notification agent of Ceilometer does.

    consume-notifications.py TRANSPORT_URL EXCHANGE TOPIC

Prints a JSON object on each line: {"listening": true}, then one for each notification. Ends with its standard input.
"""
import json
import sys

import oslo_messaging
from oslo_config import cfg

url, exchange, topic = sys.argv[1:4]
conf = cfg.ConfigOpts()
conf([])
transport = oslo_messaging.get_notification_transport(conf, url)


class Endpoint:
    def sample(self, context, publisher_id, event_type, payload, metadata):
        notification = {"publisher_id": publisher_id, "event_type": event_type, "payload": payload, "metadata": metadata}
        # As text: that 512.0 is no 512 must not get lost on the way.
        print(json.dumps({"notification": json.dumps(notification)}), flush=True)


listener = oslo_messaging.get_notification_listener(
    transport, [oslo_messaging.Target(exchange=exchange, topic=topic)], [Endpoint()], executor="threading")
# One at a time: in order, and no two lines at once.
conf.set_override("executor_thread_pool_size", 1)
listener.start()
print(json.dumps({"listening": True}), flush=True)
sys.stdin.read()
listener.stop()
listener.wait()
