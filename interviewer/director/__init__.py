"""What to say next: code decides what is asked, the persona decides how it sounds."""
