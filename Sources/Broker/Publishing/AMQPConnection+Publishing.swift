import Transport

extension AMQPConnection: AMQPPublishing, AMQPAcknowledging {}
