/// The role that is looked at: a part of a fleet needs less than `run`, and what it does not need is no obstacle.
package enum CheckedRole: String, CaseIterable, Sendable {
    case run, relay, fetch, infer

    /// Whether it loads models, and so needs a device.
    var hasModels: Bool { self == .run || self == .infer }

    /// Whether it speaks with Antenna, and has a token for it.
    var knowsAntenna: Bool { self == .run || self == .relay }

    /// Whether it gets images.
    var fetchesImages: Bool { self != .relay }

    /// Whether it works with RabbitMQ wherever the settings of `run` take tasks from.
    var needsBroker: Bool { self != .run }
}
