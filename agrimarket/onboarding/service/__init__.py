"""Use cases of `onboarding`."""
