import ArgumentParser

/// A command that works until it is told to stop, rather than doing one thing.
///
/// A signal that comes while it starts is kept until it listens, and what it has to say goes to its log.
protocol RoleCommand: AsyncParsableCommand {}
