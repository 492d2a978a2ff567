internal import Synchronization

extension S3Bucket {
  package func put(
    _ key: [UInt8], _ bytes: [UInt8], if condition: PutCondition
  ) throws(ObjectError) -> PutResult {
    var request = request(.put, key, .write)
    request.body = bytes
    let mark = mark()
    var turns = RetryTurns(self)
    var bareTags = findings.withLock { $0.wantsBareTags }
    var mayChangeTags = true
    while true {
      request.headers = headers(of: condition, bareTags: bareTags) + [("\(Self.markHeader)", mark)]
      switch try attempt(request) {
      case .answer(let response) where response.status == 200:
        turns.succeed()
        if !mayChangeTags { findings.withLock { $0.wantsBareTags = bareTags } }
        return .written(try version(response, request))
      case .answer(let response):
        guard isConflict(response, condition) else { throw refusal(response, request, unless: condition) }
        // Without a condition there is nothing to settle: two wrote at once, and one was refused.
        if condition != .always {
          // The answer may be one to the second time that the request arrived, and libcurl sends it again by itself
          // where a connection turns out to be closed: only the object tells.
          if let result = try settle(key, bytes, condition, mark) {
            turns.succeed()
            return result
          }
          // The very tag, and yet it did not match: Ceph 16 compares it with its quotation marks.
          if mayChangeTags, response.status == 412, case .unchanged = condition {
            mayChangeTags = false
            bareTags.toggle()
            continue
          }
        }
        do {
          try turns.wait(after: Loss(text: "others write it at the same time"), request)
        } catch  where error.code == .unavailable && condition != .always && response.status == 409 {
          // They still are at it, and whoever decides again waits for them.
          return .conflict
        }
      case .lost(let loss):
        do {
          try turns.wait(after: loss, request)
        } catch  where error.code == .unavailable && condition != .always {
          // Not without a last look, which may succeed where writing does not.
          if let result = try? settle(key, bytes, condition, mark) { return result }
          throw error
        }
        if condition != .always, let result = try settle(key, bytes, condition, mark) {
          turns.succeed()
          return result
        }
      }
    }
  }

  /// Metadata of an object that tells the write which made it from others, even those of the same bytes.
  private static let markHeader: StaticString = "x-amz-meta-write"

  private func mark() -> String {
    String(UInt64(environment.random() * 0x1p53), radix: 36) + String(UInt64(environment.random() * 0x1p53), radix: 36)
  }

  /// Finds out by the object itself what became of a write. Where the store keeps no metadata, its bytes alone tell.
  ///
  /// - Returns: `nil` if it was not written, and may still be: its condition holds.
  private func settle(
    _ key: [UInt8], _ bytes: [UInt8], _ condition: PutCondition, _ mark: String
  ) throws(ObjectError) -> PutResult? {
    var foundMark: String?
    let found = try get(key, atMost: bytes.count + 1) { foundMark = $0.text(Self.markHeader) }
    let isOurs = foundMark.map { $0 == mark } ?? true
    if let found, found.isWhole, found.bytes == bytes, isOurs { return .written(found.facts.version) }
    return switch condition {
    case .always: nil
    case .absent: found == nil ? nil : .conflict
    case .unchanged(let version): found?.facts.version == version ? nil : .conflict
    }
  }

  package func honoursConditions(rewriting key: [UInt8], _ bytes: [UInt8]) throws(ObjectError) -> Bool {
    var request = request(.put, key, .write)
    request.body = bytes
    request.headers = headers(of: .absent, bareTags: false)
    let response = try exchange(request)
    switch response.status {
    case 412, 409: return true
    case 200, 501: return false
    // Anything else says nothing of conditions: a session may have ended.
    default: throw refusal(response, request)
    }
  }

  /// - Parameter bareTags: whether to leave out the quotation marks that RFC 9110 wants.
  private func headers(of condition: PutCondition, bareTags: Bool) -> [(name: String, value: String)] {
    switch condition {
    case .always: return []
    case .absent: return [("if-none-match", "*")]
    case .unchanged(let version):
      let tag = String(decoding: version.bytes, as: UTF8.self)
      return [("if-match", bareTags || tag.hasPrefix("W/") ? tag : "\"\(tag)\"")]
    }
  }

  /// What a refusal of a write means: ``ObjectError/Code/unsupported`` only where the condition is what the store
  /// cannot do.
  private func refusal(_ response: HTTPResponse, _ request: BucketRequest, unless condition: PutCondition)
    -> ObjectError
  {
    var error = refusal(response, request)
    if error.code == .unsupported, response.status != 501 || condition == .always { error.code = .denied }
    return error
  }

  private func isConflict(_ response: HTTPResponse, _ condition: PutCondition) -> Bool {
    switch response.status {
    case 409: true
    case 412: condition != .always
    // The object that had to be unchanged is gone.
    case 404: condition != .always && isAbsence(response)
    default: false
    }
  }

  private func version(_ response: HTTPResponse, _ request: BucketRequest) throws(ObjectError) -> ObjectVersion {
    if let tag = response.header("etag"), !tag.isEmpty { return ObjectVersion(tag: tag) }
    throw ObjectError(
      .malformed,
      "\(request.purpose): \(place) does not answer as S3 does. Correct the endpoint, or see to its proxy.")
  }
}
