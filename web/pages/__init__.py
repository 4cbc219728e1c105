# SPDX-License-Identifier: Apache-2.0
"""Pages (页面): one file for each audience's task; no rule, no query."""
