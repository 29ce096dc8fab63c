import CHiredis
import Foundation
import Telemetry

extension RedisWire {
    /// hiredis copies what it sends; with pieces of a few records of TLS it needs little memory, and moves little of it.
    private static let pieceSize = 64 << 10

    /// Has hiredis format a small command.
    func append(_ arguments: [String]) throws(TransportError) {
        let texts = arguments.map { Array($0.utf8) }
        let sizes = texts.map(\.count)
        let status = texts.joined().map(CChar.init(bitPattern:)).withUnsafeBufferPointer { bytes in
            var offset = 0
            var starts: [UnsafePointer<CChar>?] = sizes.map { size in
                defer { offset += size }
                return bytes.baseAddress?.advanced(by: offset)
            }
            return redisAppendCommandArgv(context, Int32(sizes.count), &starts, sizes)
        }
        guard status == REDIS_OK else { throw failure() }
    }

    /// Sends what hiredis has formatted.
    func flush(until deadline: ContinuousClock.Instant) throws(TransportError) {
        while true {
            try checkTime(deadline)
            var isDone: Int32 = 0
            guard redisBufferWrite(context, &isDone) == REDIS_OK else { throw failure() }
            if isDone != 0 { return }
            try wait(writing: true, until: deadline)
        }
    }

    /// Sends bytes as they are: from where they lie, or, with TLS, through hiredis' buffer.
    func write(
        _ pieces: [UnsafeRawBufferPointer],
        until deadline: ContinuousClock.Instant
    ) throws(TransportError) {
        var left = pieces.filter { !$0.isEmpty }[...]
        while let first = left.first {
            if tls == nil {
                let count = try gather(Array(left))
                if count == 0 { try wait(writing: true, until: deadline) }
                left.drop(count)
            } else {
                let piece = UnsafeRawBufferPointer(rebasing: first.prefix(Self.pieceSize))
                guard redisAppendFormattedCommand(context, piece.baseAddress, piece.count) == REDIS_OK else {
                    throw failure()
                }
                try flush(until: deadline)
                left.drop(piece.count)
            }
            try checkTime(deadline)
        }
    }

    /// Sends what of the pieces the kernel takes now.
    private func gather(_ pieces: [UnsafeRawBufferPointer]) throws(TransportError) -> Int {
        var vectors = pieces.map {
            iovec(iov_base: UnsafeMutableRawPointer(mutating: $0.baseAddress), iov_len: $0.count)
        }
        let count = vectors.withUnsafeMutableBufferPointer { vectors in
            var message = msghdr()
            message.msg_iov = vectors.baseAddress
            message.msg_iovlen = vectors.count
            return sendmsg(descriptor, &message, Int32(MSG_NOSIGNAL))
        }
        if count >= 0 { return count }
        let number = errno
        if number == EAGAIN || number == EINTR { return 0 }
        let message = "Redis at \(address): \(String(cString: strerror(number)))"
        throw TransportError(.closed, operation: operation, message: message, nativeCode: number)
    }
}

extension ArraySlice<UnsafeRawBufferPointer> {
    /// Takes so many bytes from the front.
    fileprivate mutating func drop(_ count: Int) {
        var count = count
        while let first, count > 0 {
            if count < first.count {
                self[startIndex] = UnsafeRawBufferPointer(rebasing: first.dropFirst(count))
            } else {
                removeFirst()
            }
            count -= Swift.min(count, first.count)
        }
    }
}
