// The catalog's own members of a run. mad_prefect takes anything there, so nothing there makes a run invalid: what is
// wrongly typed is as if it were absent.

extension RunMetadata {
  /// Seconds between two heartbeats where a file does not say, or says what makes no sense.
  package static let usualHeartbeatSeconds: Int64 = 60
  /// A run counts as dead once this many heartbeats are missing.
  package static let missedHeartbeats: Int64 = 3
  /// Seconds between two heartbeats that make sense: up to a year.
  package static let heartbeatSecondsRange: ClosedRange<Int64> = 1...31_536_000

  /// The interval of heartbeats that a member gives, else the usual one.
  static func heartbeatInterval(_ field: IntegerField) -> Int64 {
    guard case .number(let seconds) = field, heartbeatSecondsRange.contains(seconds) else {
      return usualHeartbeatSeconds
    }
    return seconds
  }
}

extension FieldResolver {
  /// What went wrong, from a value that was checked before.
  mutating func runError(at place: UnsafePointer<UInt8>) -> RunError? {
    var copy = reader.rewound(to: place)
    return (try? copy.readRunError(isLossy: &isLossy)).flatMap { $0 }
  }

  /// What was written, from a value that was checked before.
  mutating func artifacts(at place: UnsafePointer<UInt8>) -> [ArtifactFacts]? {
    var copy = reader.rewound(to: place)
    return (try? copy.readArtifacts(limits, leftOut: &artifactsLeftOut, isLossy: &isLossy)).flatMap { $0 }
  }
}

extension JSONReader {
  /// Reads `{"type", "message", "traceback"}`; `nil` where the value is no object or says nothing.
  fileprivate mutating func readRunError(isLossy: inout Bool) throws(JSONFault) -> RunError? {
    guard isAt("{") else {
      _ = try skipValue()
      return nil
    }
    var type: JSONText?
    var message: JSONText?
    var traceback: JSONText?
    guard try enterObject() else { return nil }
    repeat {
      let key = try readKey()
      if key.reads(as: "type") {
        type = try readTextOrSkip()
      } else if key.reads(as: "message") {
        message = try readTextOrSkip()
      } else if key.reads(as: "traceback") {
        traceback = try readTextOrSkip()
      } else {
        _ = try skipValue()
      }
    } while try nextMember()
    if type == nil, message == nil, traceback == nil { return nil }
    return RunError(
      type: type?.string(isLossy: &isLossy), message: message?.string(isLossy: &isLossy) ?? "",
      traceback: traceback?.string(isLossy: &isLossy))
  }

  /// Reads an array of artifacts; `nil` where the value is no array. An element without a path is none.
  ///
  /// - Parameter leftOut: is raised by the number of those for which there is no room.
  fileprivate mutating func readArtifacts(
    _ limits: MirrorLimits?, leftOut: inout Int, isLossy: inout Bool
  ) throws(JSONFault) -> [ArtifactFacts]? {
    guard isAt("[") else {
      _ = try skipValue()
      return nil
    }
    var room = MirrorLimits.Room(limits)
    var artifacts: [ArtifactFacts] = []
    guard try enterArray() else { return artifacts }
    repeat {
      if isAt("{") {
        if let facts = try readArtifact(isLossy: &isLossy) {
          if room.takes(facts.textBytes) { artifacts.append(facts) } else { leftOut += 1 }
        }
      } else {
        _ = try skipValue()
      }
    } while try nextElement()
    return artifacts
  }

  private mutating func readArtifact(isLossy: inout Bool) throws(JSONFault) -> ArtifactFacts? {
    var path: JSONText?
    var format: JSONText?
    var schemaHash: JSONText?
    var facts = ArtifactFacts(path: "")
    guard try enterObject() else { return nil }
    repeat {
      let key = try readKey()
      if key.reads(as: "path") {
        path = try readTextOrSkip()
      } else if key.reads(as: "bytes") {
        facts.bytes = try readIntegerOrSkip()
      } else if key.reads(as: "modified") {
        if case .moment(let reading) = try readTime() { facts.modified = reading.moment } else { facts.modified = nil }
      } else if key.reads(as: "format") {
        format = try readTextOrSkip()
      } else if key.reads(as: "schema_hash") {
        schemaHash = try readTextOrSkip()
      } else if key.reads(as: "row_count") {
        facts.rowCount = try readIntegerOrSkip()
      } else if key.reads(as: "sampled_rows") {
        facts.sampledRows = try readIntegerOrSkip()
      } else {
        _ = try skipValue()
      }
    } while try nextMember()
    guard let path else { return nil }
    facts.path = path.string(isLossy: &isLossy)
    facts.format = format?.string(isLossy: &isLossy)
    facts.schemaHash = schemaHash?.string(isLossy: &isLossy)
    return facts
  }

  private mutating func readTextOrSkip() throws(JSONFault) -> JSONText? {
    if case .text(let text) = try readText() { return text }
    return nil
  }

  private mutating func readIntegerOrSkip() throws(JSONFault) -> Int64? {
    switch try peek() {
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try scanNumber().integer
    default:
      _ = try skipValue()
      return nil
    }
  }
}
