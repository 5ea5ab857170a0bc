"""Mail: what is to be sent, once, and what the agency has to know. How SMTP is spoken is in sources/smtp."""
