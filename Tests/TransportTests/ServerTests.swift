import Testing

/// The tests that start servers of their own: one after the other, for the sake of machines with few cores.
@Suite(.serialized)
struct ServerTests {}
