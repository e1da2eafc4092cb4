//! The categories that are read, and their items.

/// Defines the enum of the items of a category, and their names in the same order.
macro_rules! items {
    ($(#[$meta:meta])* $name:ident { $($variant:ident = $text:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum $name {
            $(#[doc = concat!("`", $text, "`")] $variant,)+
        }

        impl $name {
            /// Item names; the index of a name is the number of its variant.
            pub(crate) const NAMES: &[&str] = &[$($text),+];
        }
    };
}

items! {
    /// Items of `_atom_site`. Those from `Label` on are of core CIF.
    AtomSite {
        Group = "group_PDB",
        Id = "id",
        Symbol = "type_symbol",
        AuthAtom = "auth_atom_id",
        LabelAtom = "label_atom_id",
        AltId = "label_alt_id",
        AuthComp = "auth_comp_id",
        LabelComp = "label_comp_id",
        AuthAsym = "auth_asym_id",
        LabelAsym = "label_asym_id",
        AuthSeq = "auth_seq_id",
        LabelSeq = "label_seq_id",
        InsCode = "pdbx_PDB_ins_code",
        X = "Cartn_x",
        Y = "Cartn_y",
        Z = "Cartn_z",
        Occupancy = "occupancy",
        BFactor = "B_iso_or_equiv",
        Charge = "pdbx_formal_charge",
        Model = "pdbx_PDB_model_num",
        Label = "label",
        FractX = "fract_x",
        FractY = "fract_y",
        FractZ = "fract_z",
        UFactor = "U_iso_or_equiv",
        DisorderGroup = "disorder_group",
        CalcFlag = "calc_flag",
    }
}

items! {
    /// Items of `_chem_comp_atom`; refinement libraries use `x`, `y`, `z`.
    ChemCompAtom {
        Comp = "comp_id",
        Atom = "atom_id",
        Symbol = "type_symbol",
        Charge = "charge",
        IdealX = "pdbx_model_Cartn_x_ideal",
        IdealY = "pdbx_model_Cartn_y_ideal",
        IdealZ = "pdbx_model_Cartn_z_ideal",
        ModelX = "model_Cartn_x",
        ModelY = "model_Cartn_y",
        ModelZ = "model_Cartn_z",
        X = "x",
        Y = "y",
        Z = "z",
        Ordinal = "pdbx_ordinal",
    }
}

items! {
    /// Items of `_chem_comp_bond`; refinement libraries use `type`.
    ChemCompBond {
        Comp = "comp_id",
        Atom1 = "atom_id_1",
        Atom2 = "atom_id_2",
        Order = "value_order",
        Type = "type",
    }
}

items! {
    /// Items of `_struct_conn`: those of the first partner, then those of the second in the same
    /// order.
    StructConn {
        Type = "conn_type_id",
        Order = "pdbx_value_order",
        LabelAsym1 = "ptnr1_label_asym_id",
        LabelComp1 = "ptnr1_label_comp_id",
        LabelSeq1 = "ptnr1_label_seq_id",
        LabelAtom1 = "ptnr1_label_atom_id",
        AltId1 = "pdbx_ptnr1_label_alt_id",
        InsCode1 = "pdbx_ptnr1_PDB_ins_code",
        AuthAsym1 = "ptnr1_auth_asym_id",
        AuthComp1 = "ptnr1_auth_comp_id",
        AuthSeq1 = "ptnr1_auth_seq_id",
        Symmetry1 = "ptnr1_symmetry",
        LabelAsym2 = "ptnr2_label_asym_id",
        LabelComp2 = "ptnr2_label_comp_id",
        LabelSeq2 = "ptnr2_label_seq_id",
        LabelAtom2 = "ptnr2_label_atom_id",
        AltId2 = "pdbx_ptnr2_label_alt_id",
        InsCode2 = "pdbx_ptnr2_PDB_ins_code",
        AuthAsym2 = "ptnr2_auth_asym_id",
        AuthComp2 = "ptnr2_auth_comp_id",
        AuthSeq2 = "ptnr2_auth_seq_id",
        Symmetry2 = "ptnr2_symmetry",
    }
}

items! {
    /// Items of `_struct_conf`.
    StructConf {
        Type = "conf_type_id",
        HelixClass = "pdbx_PDB_helix_class",
        BegLabelAsym = "beg_label_asym_id",
        BegLabelSeq = "beg_label_seq_id",
        BegAuthAsym = "beg_auth_asym_id",
        BegAuthSeq = "beg_auth_seq_id",
        BegInsCode = "pdbx_beg_PDB_ins_code",
        EndLabelAsym = "end_label_asym_id",
        EndLabelSeq = "end_label_seq_id",
        EndAuthAsym = "end_auth_asym_id",
        EndAuthSeq = "end_auth_seq_id",
        EndInsCode = "pdbx_end_PDB_ins_code",
    }
}

items! {
    /// Items of `_struct_sheet_range`.
    SheetRange {
        BegLabelAsym = "beg_label_asym_id",
        BegLabelSeq = "beg_label_seq_id",
        BegAuthAsym = "beg_auth_asym_id",
        BegAuthSeq = "beg_auth_seq_id",
        BegInsCode = "pdbx_beg_PDB_ins_code",
        EndLabelAsym = "end_label_asym_id",
        EndLabelSeq = "end_label_seq_id",
        EndAuthAsym = "end_auth_asym_id",
        EndAuthSeq = "end_auth_seq_id",
        EndInsCode = "pdbx_end_PDB_ins_code",
    }
}

items! {
    /// Items of `_cell`.
    Cell {
        A = "length_a",
        B = "length_b",
        C = "length_c",
        Alpha = "angle_alpha",
        Beta = "angle_beta",
        Gamma = "angle_gamma",
    }
}

items! {
    /// Items of `_pdbx_struct_assembly`.
    StructAssembly {
        Id = "id",
        Details = "details",
    }
}

items! {
    /// Items of `_pdbx_struct_assembly_gen`.
    AssemblyGen {
        Assembly = "assembly_id",
        Expression = "oper_expression",
        Chains = "asym_id_list",
    }
}

items! {
    /// Items of `_pdbx_struct_oper_list`: the id, then the rows of the matrix, each followed by the
    /// component of the vector.
    OperatorList {
        Id = "id",
        Xx = "matrix[1][1]",
        Xy = "matrix[1][2]",
        Xz = "matrix[1][3]",
        X = "vector[1]",
        Yx = "matrix[2][1]",
        Yy = "matrix[2][2]",
        Yz = "matrix[2][3]",
        Y = "vector[2]",
        Zx = "matrix[3][1]",
        Zy = "matrix[3][2]",
        Zz = "matrix[3][3]",
        Z = "vector[3]",
    }
}

impl OperatorList {
    /// The items of the three rows: three numbers of the matrix, and one of the vector.
    pub(crate) const ROWS: [[Self; 4]; 3] = [
        [Self::Xx, Self::Xy, Self::Xz, Self::X],
        [Self::Yx, Self::Yy, Self::Yz, Self::Y],
        [Self::Zx, Self::Zy, Self::Zz, Self::Z],
    ];
}

items! {
    /// Items of `_symmetry`.
    SymmetryItem {
        Name = "space_group_name_H-M",
        Number = "Int_Tables_number",
    }
}

items! {
    /// Items of `_symmetry_equiv`, the older name of `_space_group_symop`.
    SymmetryOperator {
        Triplet = "pos_as_xyz",
    }
}

items! {
    /// Items of `_space_group`.
    SpaceGroup {
        Name = "name_H-M_alt",
        FullName = "name_H-M_full",
        Number = "IT_number",
    }
}

items! {
    /// Items of `_space_group_symop`.
    SpaceGroupOperator {
        Triplet = "operation_xyz",
    }
}

/// A category that this crate reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Category {
    /// Atoms: [`AtomSite`].
    AtomSite,
    /// Atoms of a component's definition: [`ChemCompAtom`].
    ChemCompAtom,
    /// Bonds of a component's definition: [`ChemCompBond`].
    ChemCompBond,
    /// Links between atoms of the structure: [`StructConn`].
    StructConn,
    /// Helices: [`StructConf`].
    StructConf,
    /// Strands: [`SheetRange`].
    SheetRange,
    /// The unit cell: [`Cell`].
    Cell,
    /// Biological assemblies: [`StructAssembly`].
    StructAssembly,
    /// Chains and operators of assemblies: [`AssemblyGen`].
    AssemblyGen,
    /// Operators of assemblies: [`OperatorList`].
    OperatorList,
    /// The space group in mmCIF and older core CIF: [`SymmetryItem`].
    Symmetry,
    /// Operators of the space group in older core CIF: [`SymmetryOperator`].
    SymmetryOperator,
    /// The space group: [`SpaceGroup`].
    SpaceGroup,
    /// Operators of the space group: [`SpaceGroupOperator`].
    SpaceGroupOperator,
}

impl Category {
    /// All categories, in the order of their numbers.
    pub(crate) const ALL: [Self; 14] = [
        Self::AtomSite,
        Self::ChemCompAtom,
        Self::ChemCompBond,
        Self::StructConn,
        Self::StructConf,
        Self::SheetRange,
        Self::Cell,
        Self::StructAssembly,
        Self::AssemblyGen,
        Self::OperatorList,
        Self::Symmetry,
        Self::SymmetryOperator,
        Self::SpaceGroup,
        Self::SpaceGroupOperator,
    ];

    /// Returns the name without the leading underscore.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::AtomSite => "atom_site",
            Self::ChemCompAtom => "chem_comp_atom",
            Self::ChemCompBond => "chem_comp_bond",
            Self::StructConn => "struct_conn",
            Self::StructConf => "struct_conf",
            Self::SheetRange => "struct_sheet_range",
            Self::Cell => "cell",
            Self::StructAssembly => "pdbx_struct_assembly",
            Self::AssemblyGen => "pdbx_struct_assembly_gen",
            Self::OperatorList => "pdbx_struct_oper_list",
            Self::Symmetry => "symmetry",
            Self::SymmetryOperator => "symmetry_equiv",
            Self::SpaceGroup => "space_group",
            Self::SpaceGroupOperator => "space_group_symop",
        }
    }

    /// Returns the names of the items that are read.
    pub(crate) fn items(self) -> &'static [&'static str] {
        match self {
            Self::AtomSite => AtomSite::NAMES,
            Self::ChemCompAtom => ChemCompAtom::NAMES,
            Self::ChemCompBond => ChemCompBond::NAMES,
            Self::StructConn => StructConn::NAMES,
            Self::StructConf => StructConf::NAMES,
            Self::SheetRange => SheetRange::NAMES,
            Self::Cell => Cell::NAMES,
            Self::StructAssembly => StructAssembly::NAMES,
            Self::AssemblyGen => AssemblyGen::NAMES,
            Self::OperatorList => OperatorList::NAMES,
            Self::Symmetry => SymmetryItem::NAMES,
            Self::SymmetryOperator => SymmetryOperator::NAMES,
            Self::SpaceGroup => SpaceGroup::NAMES,
            Self::SpaceGroupOperator => SpaceGroupOperator::NAMES,
        }
    }

    /// Finds an item by its name, in any case.
    pub(crate) fn item(self, name: &[u8]) -> Option<usize> {
        self.items()
            .iter()
            .position(|item| item.as_bytes().eq_ignore_ascii_case(name))
    }

    /// Finds a category by a name such as `_atom_site`, in any case.
    pub(crate) fn from_name(name: &[u8]) -> Option<Self> {
        let name = name.strip_prefix(b"_").unwrap_or(name);
        Self::ALL
            .into_iter()
            .find(|category| category.name().as_bytes().eq_ignore_ascii_case(name))
    }

    /// Finds category and item of a data name, in any case: `_atom_site.Cartn_x`, or
    /// `_atom_site_fract_x` of core CIF.
    pub(crate) fn from_tag(tag: &[u8]) -> Option<(Self, usize)> {
        let tag = tag.strip_prefix(b"_")?;
        Self::ALL.into_iter().find_map(|category| {
            let name = category.name().as_bytes();
            let (head, rest) = tag.split_at_checked(name.len())?;
            let (separator, item) = rest.split_first()?;
            if !matches!(separator, b'.' | b'_') || !head.eq_ignore_ascii_case(name) {
                return None;
            }
            Some((category, category.item(item)?))
        })
    }
}

/// Content that is not read, but that explains why a file has no atoms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OtherContent {
    /// Diffraction data (`_refln.…`, `_diffrn_refln.…`).
    Reflections,
    /// Coarse-grained spheres of integrative models, each of which stands for one or more residues
    /// (`_ihm_sphere_obj_site.…`).
    Spheres,
    /// Coarse-grained Gaussian functions, which are spheres with a spread
    /// (`_ihm_gaussian_obj_site.…`).
    Gaussians,
}

impl OtherContent {
    /// Returns the content of a data name or category, in any case.
    pub(crate) fn from_name(name: &[u8]) -> Option<Self> {
        const PREFIXES: [(&[u8], OtherContent); 4] = [
            (b"refln", OtherContent::Reflections),
            (b"diffrn_refln", OtherContent::Reflections),
            (b"ihm_sphere_obj_site", OtherContent::Spheres),
            (b"ihm_gaussian_obj_site", OtherContent::Gaussians),
        ];
        let name = name.strip_prefix(b"_").unwrap_or(name);
        PREFIXES
            .iter()
            .find(|(prefix, _)| {
                name.split_at_checked(prefix.len())
                    .is_some_and(|(head, rest)| {
                        head.eq_ignore_ascii_case(prefix)
                            && matches!(rest.first(), None | Some(b'.' | b'_'))
                    })
            })
            .map(|(_, content)| *content)
    }
}
