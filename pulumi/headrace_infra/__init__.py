"""Machines for a Headrace cluster: on this machine or on AWS, with one output schema."""
