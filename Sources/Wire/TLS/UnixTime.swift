/// Seconds since 1970 as people read them; certificates' dates have no finer unit.
public enum UnixTime {
    /// `2026-11-23 22:35:00 UTC`, by the proleptic Gregorian calendar.
    public static func text(_ seconds: Int64) -> String { "\(date(seconds)) \(clock(seconds)) UTC" }

    /// `2026-11-23T22:35:00Z`, for programs (RFC 3339).
    public static func machineText(_ seconds: Int64) -> String { "\(date(seconds))T\(clock(seconds))Z" }

    /// `2026-11-23`, the day in UTC.
    public static func date(_ seconds: Int64) -> String {
        let (year, month, day) = civil(fromDays: (seconds - positiveRemainder(seconds, 86_400)) / 86_400)
        return "\(year)-\(two(month))-\(two(day))"
    }

    private static func clock(_ seconds: Int64) -> String {
        let second = positiveRemainder(seconds, 86_400)
        return "\(two(second / 3600)):\(two(second / 60 % 60)):\(two(second % 60))"
    }

    /// Howard Hinnant's days-to-civil conversion: years begin in March, so the leap day is a year's last.
    static func civil(fromDays days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = days + 719_468
        let dayOfEra = positiveRemainder(shifted, 146_097)
        let era = (shifted - dayOfEra) / 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }

    private static func positiveRemainder(_ value: Int64, _ divisor: Int64) -> Int64 {
        let remainder = value % divisor
        return remainder < 0 ? remainder + divisor : remainder
    }

    private static func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
