"""The topology of deployment, each process its own, disturbed while nights run; what must not show afterwards."""
