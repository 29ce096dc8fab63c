/// The rules one request is made under: time, size, redirects, and where it may go.
package struct HTTPPolicy: Sendable, Hashable {
    /// The longest time to name lookup, TCP and TLS together.
    package var connectTimeout: Duration
    /// The longest time for the whole call: waiting for a free connection, every redirect, the body.
    package var totalTimeout: Duration
    /// Ends transfers that crawl; `nil` lets them, up to the total time.
    package var lowSpeed: LowSpeed?
    /// Redirects followed before the call fails; GET only, a POST never follows one.
    package var maximumRedirects: Int
    /// The largest body in bytes, counted after decompression.
    package var maximumResponseBytes: Int
    /// Schemes allowed, in lower case; nothing but `http` and `https` is ever spoken.
    package var allowedSchemes: Set<String>
    /// Addresses allowed, judged for every connection after the name is resolved.
    package var addresses: AddressPolicy
    /// Whether compressed answers are asked for; those that come unasked are unpacked in any case.
    package var acceptsCompression: Bool
    /// Which proxy requests go through.
    ///
    /// Through one, ``addresses`` judges the proxy's own address, and of the host only its name or an address written in the URL:
    /// the proxy resolves names, so the proxy must be the one to judge what they lead to.
    package var proxy: ProxyChoice

    /// The slowest transfer that is still waited for.
    package struct LowSpeed: Sendable, Hashable {
        /// Bytes a second, as an average.
        package var bytesPerSecond: Int
        /// How long it must be slower; whole seconds, at least 1.
        ///
        /// Waiting for the first byte counts.
        package var over: Duration

        /// Makes a limit.
        ///
        /// - Parameters:
        ///   - bytesPerSecond: Bytes a second, as an average.
        ///   - over: How long it must be slower.
        package init(bytesPerSecond: Int, over: Duration) {
            self.bytesPerSecond = bytesPerSecond
            self.over = over
        }
    }

    /// Makes a policy.
    ///
    /// - Parameters:
    ///   - connectTimeout: The longest time to connect.
    ///   - totalTimeout: The longest time for the whole call.
    ///   - lowSpeed: The slowest transfer that is waited for.
    ///   - maximumRedirects: Redirects followed.
    ///   - maximumResponseBytes: The largest body in bytes.
    ///   - allowedSchemes: Schemes allowed.
    ///   - addresses: Addresses allowed.
    ///   - acceptsCompression: Whether compressed answers are asked for.
    ///   - proxy: Which proxy requests go through.
    package init(
        connectTimeout: Duration,
        totalTimeout: Duration,
        lowSpeed: LowSpeed?,
        maximumRedirects: Int,
        maximumResponseBytes: Int,
        allowedSchemes: Set<String> = ["http", "https"],
        addresses: AddressPolicy,
        acceptsCompression: Bool,
        proxy: ProxyChoice = .none
    ) {
        self.connectTimeout = connectTimeout
        self.totalTimeout = totalTimeout
        self.lowSpeed = lowSpeed
        self.maximumRedirects = maximumRedirects
        self.maximumResponseBytes = maximumResponseBytes
        self.allowedSchemes = allowedSchemes
        self.addresses = addresses
        self.acceptsCompression = acceptsCompression
        self.proxy = proxy
    }
}

extension HTTPPolicy {
    /// For images that task messages name; they are not compressed once more.
    package static func forImages(
        connectTimeout: Duration,
        totalTimeout: Duration,
        maximumResponseBytes: Int,
        addresses: AddressPolicy,
        proxy: ProxyChoice
    ) -> HTTPPolicy {
        HTTPPolicy(
            connectTimeout: connectTimeout,
            totalTimeout: totalTimeout,
            lowSpeed: LowSpeed(bytesPerSecond: 4096, over: .seconds(20)),
            maximumRedirects: 3,
            maximumResponseBytes: maximumResponseBytes,
            addresses: addresses,
            acceptsCompression: false,
            proxy: proxy
        )
    }

    /// For the API the operator configured: small JSON, compressed when the server can.
    package static let api = HTTPPolicy(
        connectTimeout: .seconds(10),
        totalTimeout: .seconds(60),
        lowSpeed: nil,
        maximumRedirects: 3,
        maximumResponseBytes: 32 << 20,
        addresses: AddressPolicy(allowsPrivate: true),
        acceptsCompression: true
    )
}
