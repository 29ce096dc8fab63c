package import Transport

extension HTTPPolicy {
    /// As a test fetches images: with time for a machine that is busy with everything else, since a test that is about time sets its own.
    package static let image: HTTPPolicy = {
        var policy = forImages(
            connectTimeout: .seconds(120),
            totalTimeout: .seconds(120),
            maximumResponseBytes: 64 << 20,
            addresses: AddressPolicy(allowsPrivate: true),
            proxy: .none
        )
        policy.lowSpeed = nil
        return policy
    }()
}
