"""What each tab shows, as pure functions of what the user chose: ``compute(state) → scene``.

A state holds the user's choices and nothing derived; a scene holds everything that is drawn or written,
errors included. Nothing here knows of Qt, and nothing is ever raised for what a user can type or drag.
"""
