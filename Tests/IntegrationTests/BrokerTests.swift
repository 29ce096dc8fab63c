import Testing

/// The suites that need servers; they run one after the other, because they share them.
@Suite(.serialized)
enum BrokerTests {}
