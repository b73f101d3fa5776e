import Testing

/// The tests with a real systemd, one machine at a time.
@Suite(.serialized, .timeLimit(.minutes(5))) enum WithSystemd {}
