//! At which percents of a quota used an account is told (`product.md` §2.10).

use super::error::Problem;

/// Thresholds of one account at most.
pub const MOST: i64 = 5;

/// Percents as a person types them: `80, 100`. Nothing means that nothing is told.
///
/// # Errors
/// What is wrong with them.
pub fn read(typed: &str) -> Result<Vec<i64>, Problem> {
    let mut percents = typed
        .split([',', ';', '，', '、', ' ', '\u{a0}'])
        .map(|part| part.trim().trim_end_matches(['%', '％']))
        .filter(|part| !part.is_empty())
        .map(|part| match part.parse::<i64>() {
            Ok(percent) if (1..=100).contains(&percent) => Ok(percent),
            Ok(_) => Err(Problem::OutOfRange {
                least: 1,
                most: 100,
            }),
            Err(_) => Err(Problem::NotPercents),
        })
        .collect::<Result<Vec<_>, _>>()?;
    percents.sort_unstable();
    percents.dedup();
    if i64::try_from(percents.len()).is_ok_and(|count| count > MOST) {
        return Err(Problem::TooManyNumbers { most: MOST });
    }
    Ok(percents)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percents_are_typed_as_people_write_lists() {
        assert_eq!(read("100, 80").unwrap(), [80, 100]);
        assert_eq!(read(" 50 %，80%、80 ").unwrap(), [50, 80]);
        assert_eq!(read("").unwrap(), [0_i64; 0]);
        for bad in ["0", "101", "-5", "half", "1.5", "1,2,3,4,5,6"] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }
}
