"""The repair of cardiac segmentations: steps that change as little as possible, and leave alone what they cannot mend."""
