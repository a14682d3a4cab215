"""Linux hosts on this machine: systemd in podman containers with a network of their own."""
