"""The full matrix of kills as Markdown: python -m viang_pipeline_tests.crashes [--write docs/kill-matrix.md]

Imports little: every process that is forked to be killed reads this file first.
"""

if __name__ == "__main__":
    from viang_pipeline_tests.crashes.matrix import main

    main()
