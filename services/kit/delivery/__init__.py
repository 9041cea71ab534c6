"""Messages to people outside, by e-mail and signed webhook: queued with what they tell, sent at least once.

Each has one id for ever, in `Message-ID` or `webhook-id`, by which a repeat is recognised.
"""
