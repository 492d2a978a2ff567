internal import ManifestModel

/// The keys that say what is demanded: one group, which comes whole from one rule.
extension PolicyReader {
  /// The demand of the top or of a rule; `nil` where it says nothing of it.
  mutating func demand(_ keys: PolicyKeys, isTop: Bool) -> Demand? {
    // At the top the zone is that of all rules, and demands nothing.
    guard keys.members.contains(where: { PolicyKeys.demand.contains($0.key) && !(isTop && $0.key == "timezone") })
    else {
      return nil
    }
    var demand = Demand()
    demand.maxAge = duration(keys["max_age"], "max_age")
    demand.warnAfter = duration(keys["warn_after"], "warn_after", "12h")
    demand.isIgnored = isTrue(keys["ignore"], "ignore")
    if let never = keys["never"] { demand.never = word(never, "never", Demand.Never.self) ?? .fail }
    if let ids = keys["ids"] { demand.ids = word(ids, "ids", Demand.Identifiers.self) ?? .each }

    var zone = policy.timezone
    if !isTop, let tree = keys["timezone"], let name = text(tree, "timezone", "Europe/London") {
      zone = self.zone(name, at: tree.offset) ?? .utc
    }
    if let tree = keys["paused_until"] { demand.pausedUntil = pause(tree, zone) }
    demand.deadline = deadline(keys, zone)

    if isTop, keys["max_age"] == nil, keys["cron"] == nil { demand.maxAge = Demand.standard.maxAge }
    requireAge(keys, demand, isTop: isTop)
    return demand
  }

  private mutating func requireAge(_ keys: PolicyKeys, _ demand: Demand, isTop: Bool) {
    if !isTop, !keys.hasStrangers, keys["max_age"] == nil, keys["cron"] == nil, keys["ignore"] == nil {
      let key = PolicyKeys.demand.first { keys[$0] != nil && $0 != "timezone" } ?? "timezone"
      let advice =
        key == "warn_after" ? "add max_age, as in max_age: 24h" : "add max_age or cron, as in max_age: 24h"
      return complain(
        keys.offset(of: key) ?? 0,
        "'\(key)' alone demands nothing: what is demanded comes whole from one rule; \(advice)")
    }
    guard let tree = keys["warn_after"], let warnAfter = demand.warnAfter else { return }
    if let maxAge = demand.maxAge {
      guard warnAfter >= maxAge else { return }
      complain(tree.offset, "'warn_after' is not shorter than 'max_age', so it would never warn; shorten it")
    } else if keys["max_age"] == nil, !keys.hasStrangers {
      complain(
        keys.offset(of: "warn_after") ?? 0,
        "'warn_after' means nothing without 'max_age'; for a deadline write warn_before")
    }
  }

  private mutating func pause(_ tree: PolicyTree, _ zone: TimeZoneFile) -> Timestamp? {
    if case .text(let text) = tree.content {
      if let day = Self.day(text) { return Timestamp(microseconds: zone.firstSecond(ofDay: day) * 1_000_000) }
      // A number would be read as seconds since 1970.
      if text.utf8.dropFirst(4).first == UInt8(ascii: "-"), let time = Timestamp(text) { return time }
    }
    complain(
      tree.offset,
      "'paused_until' is \(described(tree)); write a date such as 2026-12-01, or a time with its offset such as 2026-12-01T06:00:00Z"
    )
    return nil
  }

  private mutating func deadline(_ keys: PolicyKeys, _ zone: TimeZoneFile) -> Demand.Deadline? {
    let window = duration(keys["window"], "window", "5h")
    let grace = duration(keys["grace"], "grace", "15m")
    let warnBefore = duration(keys["warn_before"], "warn_before", "45m")
    let exceptions = keys["except"].map { except($0) } ?? []
    guard let tree = keys["cron"] else {
      for key in ["window", "grace", "warn_before", "except"] where keys[key] != nil && !keys.hasStrangers {
        complain(
          keys.offset(of: key) ?? 0, "'\(key)' means nothing without 'cron'; add the line, as in cron: \"0 7 * * *\"")
      }
      return nil
    }
    var expressions: [CronExpression] = []
    for (text, offset) in texts(tree, "cron", "a cron line such as \"0 7 * * 1-5\"") {
      do {
        expressions.append(try CronExpression(text))
      } catch {
        complain(offset, "in 'cron', \(error.message)")
      }
    }
    let room = (window ?? 0).saturatingAdd(grace ?? 0)
    let isRoomKnown = (window != nil || keys["window"] == nil) && (grace != nil || keys["grace"] == nil)
    if room == 0, isRoomKnown {
      let what =
        keys["window"] == nil && keys["grace"] == nil ? "neither 'window' nor 'grace'" : "'window' and 'grace' are 0"
      complain(
        keys.offset(of: "cron") ?? 0,
        "\(what): no run could ever be on time; give the time a run may take, as in grace: 1h")
    } else if let warnBefore, let tree = keys["warn_before"], isRoomKnown, warnBefore >= room {
      complain(
        tree.offset,
        "'warn_before' is not shorter than 'window' and 'grace' together, so it would always warn; shorten it")
    }
    guard !expressions.isEmpty else { return nil }
    return Demand.Deadline(
      schedule: CronSchedule(expressions, zone: zone, exceptions: exceptions), window: window ?? 0, grace: grace ?? 0,
      warnBefore: warnBefore)
  }

  private mutating func except(_ tree: PolicyTree) -> Set<Int64> {
    var days: Set<Int64> = []
    for (text, offset) in texts(tree, "except", "the name of a calendar, or a date such as 2026-12-25") {
      if let day = Self.day(text) {
        days.insert(day)
      } else if let calendar = policy.calendars[text] {
        days.formUnion(calendar)
      } else if policy.calendars.isEmpty {
        complain(offset, "there is no calendar \(quoted(text)); add it to 'calendars' at the top, or write dates")
      } else {
        let names = policy.calendars.keys.sorted()
        let advice =
          NearestText.among(names, to: text).map { "did you mean \(quoted($0))?" }
          ?? "write one of \(names.map(quoted).joined(separator: ", ")), or a date such as 2026-12-25"
        complain(offset, "there is no calendar \(quoted(text)); \(advice)")
      }
    }
    return days
  }
}
