for command in list info verify extract "show --id 12345678"; do
	code fiche $command nothing.fiche
done
