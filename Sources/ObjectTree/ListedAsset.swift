internal import ManifestModel
internal import ObjectStorage
internal import StoredTree

/// An asset as a listing has it.
struct ListedAsset {
  var id: String
  var manifest: Revision?
  /// In the order of the bytes of their ids.
  var runs: [(id: String, revision: Revision)] = []
  var oddities: [TreeOddity] = []
  /// Whether it is no asset, but a folder that looks like one.
  var isOdd = false

  /// What stands for the revision of a folder: it tells whether anything in it was written, came or went.
  var digest: Revision {
    var bytes: [UInt8] = []
    func add(_ text: String, _ revision: Revision) {
      bytes += text.utf8
      bytes.append(0)
      revision.append(to: &bytes)
    }
    add("", manifest ?? .none)
    for run in runs { add(run.id, run.revision) }
    for oddity in oddities { bytes += [0, 0] + oddity.name }
    let hash = SHA256.digest(bytes)
    // Not that of a folder that nobody saw.
    return Revision(
      size: 0, modifiedNanoseconds: 1, changedNanoseconds: 1 &+ Int64(bitPattern: UInt64(hash[..<8])),
      inode: UInt64(hash[8..<16]))
  }

  /// Brings the objects of one name together by their ids, in whatever order they came. Of one that was listed twice,
  /// what was listed last counts.
  ///
  /// - Returns: assets and odd folders in the order of the bytes of their ids.
  static func gather(_ objects: [ListedObject]) -> [ListedAsset] {
    let order = objects.indices.sorted { left, right in
      let (one, other) = (objects[left], objects[right])
      if one.id != other.id { return one.id.lexicographicallyPrecedes(other.id) }
      if (one.kind == .oddID) != (other.kind == .oddID) { return other.kind == .oddID }
      if one.run != other.run { return one.run.lexicographicallyPrecedes(other.run) }
      return left < right
    }
    var assets: [ListedAsset] = []
    var former: ListedObject?
    for index in order {
      let object = objects[index]
      let isOdd = object.kind == .oddID
      if former?.id != object.id || assets.last?.isOdd != isOdd {
        assets.append(ListedAsset(id: String(decoding: object.id, as: UTF8.self)))
        former = nil
      }
      assets[assets.count - 1].add(object, isAgain: former?.kind == object.kind && former?.run == object.run)
      former = object
    }
    return assets
  }

  private mutating func add(_ object: ListedObject, isAgain: Bool) {
    switch object.kind {
    case .manifest: manifest = object.revision
    case .run:
      if isAgain { runs.removeLast() }
      runs.append((String(decoding: object.run, as: UTF8.self), object.revision))
    case .oddID:
      isOdd = true
      if !isAgain { oddities.append(TreeOddity(folder: Array(object.id))) }
    case .oddRun: if !isAgain { oddities.append(TreeOddity(folder: Array(object.run))) }
    // Those are of no name.
    case .oddName: break
    }
  }
}

extension ListedAsset {
  /// Where a run is among those that were listed.
  func place(ofRun id: String) -> Int? {
    let place = runs.partitioningIndex { !$0.id.precedesInBytes(id) }
    return place < runs.endIndex && runs[place].id.hasSameBytes(as: id) ? place : nil
  }
}
