import Transport

extension AntennaAnswer {
    /// The kind of failure that the answer is; nil for a success.
    ///
    /// What cannot be Antenna's own answer is told from what can: between a worker and its server there are proxies, caches,
    /// firewalls and logins of networks, whose answers pass when they do. RFC 9110 has a status of a class that is not known
    /// mean what the first of its class does; for a refusal that would be too much, since results that are refused are put aside.
    func failure(of method: HTTPRequest.Method) -> AntennaErrorCode? {
        switch status {
        // A part of an answer, where the whole was asked for.
        case 206: .foreignAnswer
        case 200..<300: isWebPage ? .foreignAnswer : nil
        // "As you have it", where nobody has said to have anything.
        case 304: .foreignAnswer
        // A GET has gone where it was sent; what is left of these names no place.
        case 300..<400: method == .post ? .redirected : .foreignAnswer
        case 401: .authentication
        // The API forbids in JSON.
        case 403: isWebPage ? .foreignAnswer : .forbidden
        case 404, 410: .notFound
        case 405: .methodNotAllowed
        case 408, 425: .unavailable
        case 429: .rateLimited
        case 400, 413, 414, 415, 422, 431: .refused
        case 400..<500: .foreignAnswer
        // The login of a network.
        case 511: .foreignAnswer
        case 500...: .unavailable
        // Another protocol than the one that is spoken.
        default: .foreignAnswer
        }
    }
}
