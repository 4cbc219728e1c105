# SPDX-License-Identifier: Apache-2.0
"""Approval (审批): the case itself: the applicant's, the clerk's and the machine's verbs, and what each may see."""
