# SPDX-License-Identifier: Apache-2.0
"""Demonstration (演示): one applicant walks the whole chain over HTTP, with a reference bureau beside the service."""
