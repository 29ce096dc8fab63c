package import Transport

extension HTTPPolicy {
    /// As a test fetches images.
    package static let image = forImages(
        connectTimeout: .seconds(10),
        totalTimeout: .seconds(120),
        maximumResponseBytes: 64 << 20,
        addresses: AddressPolicy(allowsPrivate: true),
        proxy: .none
    )
}
