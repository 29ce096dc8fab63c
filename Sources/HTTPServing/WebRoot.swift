/// Where a server is found from its own machine.
package enum WebRoot {
    /// The address for a browser; a server on every interface is reached over the loopback.
    package static func url(address: String, port: UInt16) -> String {
        let host =
            switch address {
            case "0.0.0.0": "127.0.0.1"
            case "::": "[::1]"
            case let address where address.contains(":"): "[\(address)]"
            case let address: address
            }
        return "http://\(host):\(port)"
    }
}
