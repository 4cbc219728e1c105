# SPDX-License-Identifier: Apache-2.0
"""Reference (参考实现): stand-ins for what we cannot reach: a credit bureau, photographs, an identity card."""
