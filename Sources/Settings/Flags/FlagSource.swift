package import ArgumentParser

/// A command line, as a source of settings.
package protocol FlagSource {
    /// Hands over what was given.
    func collect(into values: inout FlagValues)
}

extension OptionGroup: FlagSource {
    /// Hands over what was given in the group, and in the groups that it consists of.
    package func collect(into values: inout FlagValues) {
        if let source = wrappedValue as? any FlagSource {
            source.collect(into: &values)
        } else {
            values.collect(from: wrappedValue)
        }
    }
}
