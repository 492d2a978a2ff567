internal import Synchronization

extension S3Bucket {
  /// A page is at most a thousand keys of a thousand bytes, each of them spelled in up to nine.
  private static let pageLimit = 32 << 20

  package func list(_ prefix: [UInt8], from start: ListStart) throws(ObjectError) -> ObjectPage {
    try list(prefix, from: start, atMost: 1_000)
  }

  /// - Parameter count: how many objects a page may have, 1 to 1,000.
  package func list(_ prefix: [UInt8], from start: ListStart, atMost count: Int) throws(ObjectError) -> ObjectPage {
    let whole = location.prefix + prefix
    var request = request(.get, prefix, .list)
    request.key = nil
    request.parameters = [
      ("list-type", Array("2".utf8)), ("encoding-type", Array("url".utf8)), ("max-keys", Array("\(count)".utf8)),
    ]
    if !whole.isEmpty { request.parameters.append(("prefix", whole)) }
    switch start {
    case .beginning: break
    case .after(let key): request.parameters.append(("start-after", location.prefix + key))
    case .token(let token): request.parameters.append(("continuation-token", token))
    }
    request.bodyLimit = Self.pageLimit
    var turns = RetryTurns(self)
    while true {
      switch try attempt(request) {
      case .lost(let loss): try turns.wait(after: loss, request)
      case .answer(let response):
        guard response.status == 200 else { throw refusal(response, request) }
        do throws(ListingDocument.Fault) {
          let page = try page(response, whole, start)
          if let theirs = response.header("date").flatMap(WireTime.seconds(ofHeader:)) {
            findings.withLock { $0.secondsAhead = theirs - environment.seconds }
          }
          turns.succeed()
          return page
        } catch {
          // AWS says of itself that a good status may come with a document that is not.
          try turns.wait(after: loss(error), request)
        }
      }
    }
  }

  private func page(
    _ response: HTTPResponse, _ prefix: [UInt8], _ start: ListStart
  ) throws(ListingDocument.Fault) -> ObjectPage {
    let document = try ListingDocument(response.body, prefix: prefix)
    if let next = document.next, .token(next) == start { throw .malformed("its next page is itself") }
    var objects = document.objects
    if !location.prefix.isEmpty {
      for index in objects.indices { objects[index].key.removeFirst(location.prefix.count) }
    }
    return ObjectPage(objects: objects, next: document.next)
  }

  private func loss(_ fault: ListingDocument.Fault) -> Loss {
    switch fault {
    case .refused(let code): Loss(text: "the store says \(code)", isThrottled: code == "SlowDown")
    case .malformed(let text):
      Loss(
        text: "\(place) sends a page that is not as S3 has it: \(text)", mostTries: 3, code: .malformed,
        advice: "Correct the endpoint, or see to its proxy.")
    case .foreign:
      Loss(
        text: "\(place) does not answer as S3 does", mostTries: 1, code: .malformed,
        advice: "Correct the endpoint, or see to its proxy.")
    }
  }

  package func get(_ key: [UInt8], atMost limit: Int) throws(ObjectError) -> Object? {
    try get(key, atMost: limit) { _ in }
  }

  /// - Parameter inspect: gets the answer of an object that is there.
  func get(
    _ key: [UInt8], atMost limit: Int, _ inspect: (HTTPResponse) -> Void
  ) throws(ObjectError) -> Object? {
    var request = request(.get, key, .read)
    request.bodyLimit = limit
    let response = try exchange(request)
    if isAbsence(response) { return nil }
    guard response.status == 200 else { throw refusal(response, request) }
    let facts = try facts(key, response, request)
    guard response.body.count == min(Int(clamping: facts.size), limit) else { throw cut(request) }
    inspect(response)
    return Object(facts: facts, bytes: response.body)
  }

  package func get(
    _ key: [UInt8], _ range: ByteRange, of version: ObjectVersion?
  ) throws(ObjectError) -> Object? {
    var request = request(.get, key, .read)
    let count: Int
    switch range {
    case .from(let offset, let wanted):
      guard offset >= 0, wanted > 0, offset <= Int64.max - Int64(wanted) else { return try emptyPart(key, of: version) }
      count = wanted
      request.headers = [("range", "bytes=\(offset)-\(offset + Int64(wanted) - 1)")]
    case .last(let wanted):
      guard wanted > 0 else { return try emptyPart(key, of: version) }
      count = wanted
      request.headers = [("range", "bytes=-\(wanted)")]
    }
    request.bodyLimit = count
    // No condition: the tag of the answer tells as well, and there are stores that compare them in ways of their own.
    let response = try exchange(request)
    if isAbsence(response) { return nil }
    switch response.status {
    case 206: break
    // An empty object, or a place past the end of one.
    case 416: return try emptyPart(key, of: version)
    case 200: throw ObjectError(.unsupported, "\(request.purpose): the store gives no parts of objects.")
    default: throw refusal(response, request)
    }
    let facts = try facts(key, response, request)
    if let version, facts.version != version { throw changed(request) }
    let (start, wanted): (Int64, Int64)
    switch range {
    case .from(let offset, let count): (start, wanted) = (offset, min(Int64(count), facts.size - offset))
    case .last(let count):
      wanted = min(Int64(count), facts.size)
      start = facts.size - wanted
    }
    // Bytes of another place would be taken for those that were asked for.
    guard firstByte(response) == start else {
      throw ObjectError(
        .malformed, "\(request.purpose): \(place) gives another part of it than was asked for. See to its proxy.")
    }
    guard Int64(response.body.count) == wanted else { throw cut(request) }
    return Object(facts: facts, bytes: response.body)
  }

  /// Where a part begins: `bytes 5-9/20`.
  private func firstByte(_ response: HTTPResponse) -> Int64? {
    guard let range = response.header("content-range"), range.starts(with: "bytes ".utf8) else { return nil }
    return Int64(digits: range.dropFirst("bytes ".utf8.count).prefix { $0 != UInt8(ascii: "-") })
  }

  private func emptyPart(_ key: [UInt8], of version: ObjectVersion?) throws(ObjectError) -> Object? {
    guard let facts = try look(key) else { return nil }
    if let version, facts.version != version {
      throw changed(request(.get, key, .read))
    }
    return Object(facts: facts, bytes: [])
  }

  package func look(_ key: [UInt8]) throws(ObjectError) -> ObjectFacts? {
    var request = request(.head, key, .look)
    let response = try exchange(request)
    if response.status == 200 { return try facts(key, response, request) }
    // An answer to HEAD has no document, which alone tells a missing object from a missing bucket, and a wrong clock
    // from missing rights. A GET has one.
    request.method = .get
    request.headers = [("range", "bytes=0-0")]
    request.bodyLimit = 1
    let answer = try exchange(request)
    if isAbsence(answer) { return nil }
    if answer.status == 200 || answer.status == 206 { return try facts(key, answer, request) }
    // 416: an empty object, which has come meanwhile.
    if answer.status == 416 {
      request.method = .head
      request.headers = []
      let again = try exchange(request)
      if again.status == 200 { return try facts(key, again, request) }
    }
    throw refusal(answer, request)
  }

  private func cut(_ request: BucketRequest) -> ObjectError {
    ObjectError(.unavailable, "\(request.purpose): the answer holds fewer bytes than it says. Try again later.")
  }

  private func changed(_ request: BucketRequest) -> ObjectError {
    ObjectError(.changed, "\(request.purpose): it was written meanwhile. Read it again.")
  }
}
