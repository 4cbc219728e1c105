# SPDX-License-Identifier: Apache-2.0
"""Matching (比对): what a face is described by, and how far two descriptions lie apart; see docs/matcher-contract.md.

What is in here loads the image libraries and runs in the worker processes only; descriptions of faces never leave them.
Which files are used is said by `identity.weights`, which distance means what by `identity.bands`.
"""
