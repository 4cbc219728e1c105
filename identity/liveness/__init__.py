# SPDX-License-Identifier: Apache-2.0
"""Liveness (活体检测): whether a living person stood before the camera now, and did what was asked.

What is caught, and what is not, stands in `docs/identity.md`. Only `gauge` loads the image libraries.
"""
