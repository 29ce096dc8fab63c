import Concurrency

extension AMQPLoop {
    /// Sends what there is room for; says whether something had to wait for room.
    func send(_ wire: AMQPWire) throws(TransportError) -> Bool {
        // A message has at least three frames, which share packets with each other and with what else there is.
        var isCorked = hasMessageToSend
        if isCorked { wire.cork(true) }
        defer { if isCorked { wire.cork(false) } }
        while true {
            switch try sendOne(wire) {
            case .nothing: return false
            case .noRoom: return true
            case .sent:
                if !isCorked { wire.cork(true) }
                isCorked = true
            }
        }
    }

    private enum Progress {
        case sent
        case nothing
        case noRoom
    }

    private func sendOne(_ wire: AMQPWire) throws(TransportError) -> Progress {
        let room = AMQPWire.smallFrame
        if let number = unconfirmedCloses.first {
            guard wire.hasRoom(for: room) else { return .noRoom }
            unconfirmedCloses.removeFirst()
            try wire.confirmClose(channel: number)
            return .sent
        }
        for role in Role.allCases where channels[role.rawValue].isOpen && !answers[role.rawValue].isEmpty {
            guard wire.hasRoom(for: room) else { return .noRoom }
            if let frame = answers[role.rawValue].next() { try wire.send(frame, channel: role.number) }
            return .sent
        }
        for role in Role.allCases {
            guard wire.hasRoom(for: room) else { return .noRoom }
            if let request = channels[role.rawValue].next(now: .now, isNeeded: isNeeded(role)) {
                try wire.send(request, channel: role.number)
                return .sent
            }
        }
        return try sendPublish(wire)
    }

    private func isNeeded(_ role: Role) -> Bool {
        switch role {
        case .control: false
        case .publish: restoring == 0 && !isBlocked && !pending.isEmpty
        case .consume: restoring == 0 && !consumers.isEmpty
        }
    }

    private var hasMessageToSend: Bool {
        partial != nil || channels[Role.publish.rawValue].isOpen && isNeeded(.publish)
    }

    private func sendPublish(_ wire: AMQPWire) throws(TransportError) -> Progress {
        let role = Role.publish
        // A message begun is sent to its end even if the broker has blocked us meanwhile, as far as there is room.
        if let partial { return try sendBody(of: partial, wire) }
        guard channels[role.rawValue].isOpen, !isBlocked, restoring == 0, let publish = pending.first else {
            return .nothing
        }
        guard mailbox.isAwaited(publish: publish.id) else {
            pending.popFirst()
            return .sent
        }
        guard publish.headerRoom <= wire.headerLimit else {
            pending.popFirst()
            mailbox.complete(publish: publish.id, .failure(publish.tooLargeHeader(limit: wire.headerLimit)))
            return .sent
        }
        guard wire.hasRoom(for: AMQPWire.smallFrame + publish.headerRoom) else { return .noRoom }
        pending.popFirst()
        channels[role.rawValue].published(id: publish.id, identity: publish.identity, now: .now)
        try wire.beginPublish(publish, channel: role.number)
        if !publish.message.body.isEmpty { partial = Partial(publish: publish) }
        return .sent
    }

    private func sendBody(of partial: Partial, _ wire: AMQPWire) throws(TransportError) -> Progress {
        let body = partial.publish.message.body
        let end = min(body.count, partial.offset + wire.frameLimit - 8)
        guard wire.hasRoom(for: end - partial.offset + 8) else { return .noRoom }
        let sent = body.withUnsafeBytes { bytes -> Result<Void, TransportError> in
            let piece = UnsafeRawBufferPointer(rebasing: bytes[partial.offset..<end])
            return Result { () throws(TransportError) in
                try wire.sendBody(piece, channel: Role.publish.number)
            }
        }
        try sent.get()
        channels[Role.publish.rawValue].sentPart(now: .now)
        self.partial = end == body.count ? nil : Partial(publish: partial.publish, offset: end)
        return .sent
    }
}
