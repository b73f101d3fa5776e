/// How many messages of one turn of the event loop leave together.
///
/// One write for each would cost more than making it. One for all of a turn would let the two processes work in turns:
/// while one answers sixty-four, the other has nothing to do.
let largestPortion = 16
