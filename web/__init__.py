# SPDX-License-Identifier: Apache-2.0
"""Web (网站): HTTP and HTML only; no rule, no query."""
