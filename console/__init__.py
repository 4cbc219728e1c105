# SPDX-License-Identifier: Apache-2.0
"""Console (命令行): what an operator or an auditor asks of the service without a browser."""
