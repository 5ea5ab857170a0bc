"""What we read and keep of each Bling object, and what we leave out on purpose; one file per family.

Dates stay text as sent: Bling has no zones and its days are taken as they are. Names are Bling's own.
"""
