"""Ceilometer's notification agent: what its program ceilometer-agent-notification runs.

    notification-agent.py --config-file FILE
"""
from ceilometer.cmd.agent_notification import main

main()
