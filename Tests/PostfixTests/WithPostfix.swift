import Testing

/// The tests with a real Postfix, one at a time: they share few processors with all the processes they start.
@Suite(.serialized, .timeLimit(.minutes(5))) enum WithPostfix {}
