//! Operator expressions of assemblies: `1`, `(1-60)`, `1,3,5`, `(X0)(1-5,11)`.

/// Largest number of operators that one expression may stand for. The largest assembly of the PDB
/// has 1,680.
const MOST_OPERATORS: usize = 100_000;

/// Lists the products that an expression stands for, each as the ids of the operators whose product
/// it is, the last of which is applied first (mmCIF dictionary,
/// `_pdbx_struct_assembly_gen.oper_expression`). `None` for malformed or too long expressions.
pub(crate) fn parse_expression(text: &str) -> Option<Vec<Vec<String>>> {
    let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let mut factors: Vec<Vec<String>> = Vec::new();
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let list = if let Some(inner) = rest.strip_prefix('(') {
            let (list, after) = inner.split_once(')')?;
            rest = after;
            list
        } else {
            let end = rest.find('(').unwrap_or(rest.len());
            let (list, after) = rest.split_at(end);
            rest = after;
            list
        };
        factors.push(parse_list(list)?);
    }
    let count = factors
        .iter()
        .try_fold(1_usize, |count, factor| count.checked_mul(factor.len()))?;
    if factors.is_empty() || count > MOST_OPERATORS {
        return None;
    }
    let mut products: Vec<Vec<String>> = vec![Vec::new()];
    for factor in &factors {
        products = products
            .iter()
            .flat_map(|product| {
                factor.iter().map(|id| {
                    let mut longer = product.clone();
                    longer.push(id.clone());
                    longer
                })
            })
            .collect();
    }
    Some(products)
}

/// Lists the ids of `1-5,11,P`.
fn parse_list(text: &str) -> Option<Vec<String>> {
    let mut ids = Vec::new();
    for item in text.split(',') {
        let range = item.split_once('-').and_then(|(first, last)| {
            Some((first.parse::<u32>().ok()?, last.parse::<u32>().ok()?))
        });
        match range {
            Some((first, last)) => {
                let count = last.checked_sub(first)? as usize + 1;
                if ids.len() + count > MOST_OPERATORS {
                    return None;
                }
                ids.extend((first..=last).map(|id| id.to_string()));
            }
            None if item.is_empty() => return None,
            None => ids.push(item.to_owned()),
        }
    }
    Some(ids)
}

#[cfg(test)]
mod tests {
    use super::parse_expression;

    #[test]
    fn expressions_are_lists_and_products() {
        let parsed = |text: &str| {
            let products = parse_expression(text).unwrap_or_else(|| panic!("{text}"));
            let joined: Vec<String> = products.iter().map(|ids| ids.join("*")).collect();
            joined.join(" ")
        };
        for (text, wanted) in [
            ("1", "1"),
            ("1,2,5", "1 2 5"),
            ("(1-3)", "1 2 3"),
            ("P", "P"),
            ("(X0)(1-2,4)", "X0*1 X0*2 X0*4"),
            ("P(1-2)", "P*1 P*2"),
            ("(1,2)(3,4)", "1*3 1*4 2*3 2*4"),
        ] {
            assert_eq!(parsed(text), wanted, "{text}");
        }
        for wrong in [
            "",
            "()",
            "(1",
            "1,",
            "3-1",
            "(1-1000000)",
            "(1-1000)(1-1000)",
        ] {
            assert_eq!(parse_expression(wrong), None, "{wrong}");
        }
    }
}
